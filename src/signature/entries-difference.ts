/** What a model has of one kind: inputs, outputs or params. */
export interface Entries {
  /** What the model is called in the sentence. */
  readonly model: string
  readonly entries: readonly Entry[]
}

export interface Entry {
  /** Empty where it has none. */
  readonly name: string
  /** Its type and all else that counts, as people read it. */
  readonly text: string
}

/** The first difference of two lists, in their names, their order or what they are: a sentence without its end. @param kind `input` */
export function entriesDifference(kind: string, a: Entries, b: Entries): string | undefined {
  return (
    lacking(kind, a, b) ??
    lacking(kind, b, a) ??
    (a.entries.length === b.entries.length ? undefined : `they have not equally many ${kind}s`) ??
    orderDifference(kind, a, b) ??
    textDifference(kind, a, b)
  )
}

function lacking(kind: string, a: Entries, b: Entries): string | undefined {
  const missing = a.entries.find(({ name }) => !b.entries.some((entry) => entry.name === name))
  if (missing === undefined) return undefined
  const what = missing.name === '' ? `an ${kind} without a name` : `the ${kind} '${missing.name}'`
  return `only ${a.model} has ${what}`
}

function orderDifference(kind: string, a: Entries, b: Entries): string | undefined {
  if (a.entries.every(({ name }, i) => name === b.entries[i]?.name)) return undefined
  return `the ${kind}s are ${namesOf(a)} in ${a.model} and ${namesOf(b)} in ${b.model}`
}

function namesOf({ entries }: Entries): string {
  return entries.map(({ name }) => `'${name}'`).join(', ')
}

function textDifference(kind: string, a: Entries, b: Entries): string | undefined {
  const index = a.entries.findIndex(({ text }, i) => text !== b.entries[i]?.text)
  const [first, second] = [a.entries[index], b.entries[index]]
  if (first === undefined || second === undefined) return undefined
  const what = first.name === '' ? `${kind} ${index + 1}` : `${kind} '${first.name}'`
  return `the ${what} is ${first.text} in ${a.model} and ${second.text} in ${b.model}`
}
