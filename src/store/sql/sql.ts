/** What a statement may be given as a parameter. */
export type SqlValue = string | number | bigint | null | Uint8Array

/**
 * A statement, or a part of one, with its parameters. Made by the tag `sql`; values never become part of the
 * text. Names that are words of some dialect (`"key"`, `"name"`) are quoted as in the SQL standard.
 */
export class Sql {
  readonly #strings: readonly string[]
  readonly #values: readonly (SqlValue | Sql)[]

  constructor(strings: readonly string[], values: readonly (SqlValue | Sql)[]) {
    this.#strings = strings
    this.#values = values
  }

  /** The text with `placeholder(n)` for the n-th parameter, counted from 1, and the parameters in order. */
  compile(placeholder: (position: number) => string): { text: string; values: readonly SqlValue[] } {
    const values: SqlValue[] = []
    return { text: this.#write(values, placeholder), values }
  }

  #write(values: SqlValue[], placeholder: (position: number) => string): string {
    let text = this.#strings[0] ?? ''
    for (const [index, value] of this.#values.entries()) {
      if (value instanceof Sql) text += value.#write(values, placeholder)
      else text += placeholder(values.push(value))
      text += this.#strings[index + 1] ?? ''
    }
    return text
  }
}

/** Example: ``sql`SELECT "name" FROM "experiments" WHERE "experiment_id" = ${id}` ``. */
export function sql(strings: TemplateStringsArray, ...values: readonly (SqlValue | Sql)[]): Sql {
  return new Sql(strings, values)
}

/** Parts with commas between them: the values of an IN, the rows of an INSERT. */
export function commaSeparated(parts: readonly (SqlValue | Sql)[]): Sql {
  const strings = ['', ...parts.slice(1).map(() => ', '), '']
  return new Sql(parts.length === 0 ? [''] : strings, parts)
}
