"""Questions with a reason for every option; later also practice and exam mode."""
