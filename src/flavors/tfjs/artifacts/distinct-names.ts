/**
 * Names of outputs that tell them apart, as Keras has them: TF.js calls all results of a layer alike, where the second
 * `lstm` is to be `lstm_1`.
 */
export function distinctNames(names: readonly string[]): readonly string[] {
  const taken = new Set(names)
  const given = new Set<string>()
  const numbers = new Map<string, number>()
  const numbered = (name: string): string => {
    let number = (numbers.get(name) ?? 0) + 1
    while (taken.has(`${name}_${number}`)) number += 1
    numbers.set(name, number)
    return `${name}_${number}`
  }
  return names.map((name) => {
    const distinct = given.has(name) ? numbered(name) : name
    taken.add(distinct)
    given.add(distinct)
    return distinct
  })
}
