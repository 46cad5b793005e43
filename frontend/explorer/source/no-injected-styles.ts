/**
 * Stands in for react-style-singleton, which writes <style> elements that our Content-Security-Policy forbids. The
 * dialogs only lock the page's scrolling with it, and the page does not scroll.
 */

export function styleSingleton() {
  return () => null;
}
