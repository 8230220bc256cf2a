/**
 * The menu contract with VS Code: the flat keys of `data-vscode-context` on the grid decide which items show (their `when`
 * cannot read nested ones) and are the command's argument.
 */
export function setMenuContext(grid: HTMLElement, offset: number | undefined): void {
  grid.dataset.vscodeContext = JSON.stringify({
    webviewSection: 'hexheapGrid',
    hexheapByte: offset !== undefined,
    ...(offset === undefined ? {} : { hexheapOffset: offset }),
    preventDefaultContextMenuItems: true,
  });
}

/** Opens the menu from the keyboard: VS Code takes a synthetic event for a right click at that point. */
export function openMenuAt(target: HTMLElement, clientX: number, clientY: number): void {
  target.dispatchEvent(
    new MouseEvent('contextmenu', { bubbles: true, cancelable: true, composed: true, button: 2, clientX, clientY }),
  );
}
