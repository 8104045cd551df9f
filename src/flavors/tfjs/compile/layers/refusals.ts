/** Why layers that TF.js runs are not compiled. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['ConvLSTM2D', 'convolutions that go from step to step are not compiled'],
  ['RandomWidth', 'random numbers are not compiled'],
  ['Resizing', 'TF.js fails when it runs it'],
])

/** The reason that a refused layer is told with. */
export function layerRefusal(className: string): string {
  return REASONS.get(className) ?? 'no layer of this class is compiled'
}
