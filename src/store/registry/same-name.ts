/** Names that MySQL takes for one in its usual collations: they differ in case or accents alone. */
const COLLATOR = new Intl.Collator('en', { sensitivity: 'base' })

/**
 * The one of these names that a row means. A database whose collation takes names that differ in case for one
 * keeps in the rows of a model the name as it was written by whom wrote them.
 */
export function nameMeantBy(names: readonly string[]): (row: { readonly name: string }) => string {
  const exact = new Set(names)
  return ({ name }) =>
    exact.has(name) ? name : (names.find((other) => COLLATOR.compare(other, name) === 0) ?? name)
}
