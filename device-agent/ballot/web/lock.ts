/** There is nothing here but the screen: what browsers offer beside it (menus, selection, zoom, files dropped in, printing) is taken away. */

/** Events whose usual consequence would lead away from the screen or change how it looks. */
const UNWANTED = [
  'contextmenu',
  'selectstart',
  'dragstart',
  'dragenter',
  'dragover',
  'drop',
  'copy',
  'cut',
  'paste',
  'auxclick',
  'dblclick',
  // Autoscrolling begins with the middle button, emulated mice and focus with the first touch.
  'mousedown',
  'touchstart',
  'touchmove',
  'wheel',
] as const

/** Takes all that away, once. */
export function lockPage(): void {
  for (const unwanted of UNWANTED) {
    document.addEventListener(unwanted, (event) => event.preventDefault(), { capture: true, passive: false })
  }
}
