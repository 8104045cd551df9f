/**
 * Names of outputs that tell them apart, as Keras has them: TF.js calls all results of a layer alike, where the second
 * `lstm` is to be `lstm_1`.
 */
export function distinctNames(names: readonly string[]): readonly string[] {
  const taken = new Set(names)
  const given = new Set<string>()
  return names.map((name) => {
    const distinct = given.has(name) ? numbered(name, taken) : name
    taken.add(distinct)
    given.add(distinct)
    return distinct
  })
}

function numbered(name: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const candidate = `${name}_${number}`
    if (!taken.has(candidate)) return candidate
  }
}
