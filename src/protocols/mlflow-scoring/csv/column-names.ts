/**
 * Names of columns as pandas makes them unique: an empty name becomes `Unnamed: 2` (its position), a second `a`
 * becomes `a.1`, and a name that the file itself has is stepped over.
 * Source: pandas 3.1, `TextReader._get_header`.
 */
export function uniqueColumnNames(header: readonly string[]): string[] {
  const names = header.map((name, index) => (name === '' ? `Unnamed: ${index}` : name))
  const taken = new Set(names)
  if (taken.size === names.length) return names
  const uses = new Map<string, number>()
  const indexes = [...names.keys()]
  const namedFirst = [
    ...indexes.filter((index) => header[index] !== ''),
    ...indexes.filter((index) => header[index] === ''),
  ]
  for (const index of namedFirst) {
    const base = names[index]!
    let name = base
    let count = uses.get(base) ?? 0
    while (count > 0) {
      uses.set(base, count + 1)
      name = `${base}.${count}`
      count = taken.has(name) ? count + 1 : (uses.get(name) ?? 0)
    }
    names[index] = name
    taken.add(name)
    uses.set(name, count + 1)
  }
  return names
}
