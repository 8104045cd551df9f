/** Longest name that an error repeats whole, in UTF-16 units. */
const LONGEST = 200

/** A name of a request or a model as errors show it: names are foreign data, and may be as long as a body. */
export function quoted(name: string): string {
  return name.length > LONGEST ? `'${name.slice(0, LONGEST)}…'` : `'${name}'`
}

/** Most names that an error lists. */
const MOST = 50

/** `'a', 'b', 'c'` */
export function quotedNames(names: readonly string[]): string {
  const shown = names.slice(0, MOST).map(quoted).join(', ')
  return names.length > MOST ? `${shown} and ${names.length - MOST} more` : shown
}
