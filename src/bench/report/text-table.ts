const GAP = '  '

/**
 * Lines of columns that stand under each other.
 * @param rows of equal lengths; a title may be among them
 * @param left how many of the first columns begin at the left; the others end at the right, as numbers do
 */
export function textTable(rows: readonly (readonly string[])[], left: number): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column < left ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join(GAP)
      .trimEnd(),
  )
}
