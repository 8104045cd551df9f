/** Operators of the table that random models do not have, and why. */
export const NOT_SWEPT: ReadonlyMap<string, string> = new Map([
  ['Print', 'TF.js prints'],
  ['Conv2dTranspose', 'TF.js does not know it'],
  ['PlaceholderWithDefault', 'TF.js takes it for an input'],
])
