const GAP = '  '

/**
 * Lines of columns that stand under each other.
 * @param rows a title may be among them; one that is shorter than the others has nothing in the last columns
 * @param left how many of the first columns begin at the left; the others end at the right, as numbers do
 */
export function textTable(rows: readonly (readonly string[])[], left: number): readonly string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.filter((row) => row.length > 1).map((row) => row[column]?.length ?? 0)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column < left ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join(GAP)
      .trimEnd(),
  )
}
