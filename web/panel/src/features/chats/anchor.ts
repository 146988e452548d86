/**
 * Where a list of equal rows must be scrolled to, so that the rows under the eyes stay where they are
 * when others join or leave above them. At the very top the newest stays in view.
 */
export function anchoredTop(
  before: readonly number[],
  after: readonly number[],
  scrollTop: number,
  rowHeight: number,
): number {
  if (scrollTop <= 0) return 0;
  const first = Math.floor(scrollTop / rowHeight);
  const places = new Map(after.map((id, index) => [id, index]));
  for (let index = first; index < before.length; index += 1) {
    const id = before[index];
    const place = id === undefined ? undefined : places.get(id);
    if (place !== undefined) return Math.max(0, scrollTop + (place - index) * rowHeight);
  }
  return scrollTop;
}
