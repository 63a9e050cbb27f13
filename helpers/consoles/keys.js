// JupyterLab has shortcuts for plain keys wherever the focus is in a cell: arrows go to the next
// cell, and D twice deletes the one whose button was just pressed. Those keys stay in here.

function keepKeys(node) {
  node.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  });
}
