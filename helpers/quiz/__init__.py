"""Questions with a reason for every option: picked, asked in practice or by time, and scored."""
