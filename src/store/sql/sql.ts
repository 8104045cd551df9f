/** What a statement may be given as a parameter; a boolean also where a database keeps it as 0 or 1. */
export type SqlValue = string | number | bigint | boolean | null | Uint8Array

/** The text that stands for the n-th parameter, counted from 1. */
export type Placeholder = (position: number) => string

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
  compile(placeholder: Placeholder): { text: string; values: readonly SqlValue[] } {
    if (this.#values.every(isValue)) return { text: this.#plainText(placeholder), values: this.#values }
    const values: SqlValue[] = []
    return { text: this.#write(values, placeholder), values }
  }

  /** Of a statement without parts, which is the same each time that its template is come by: kept with the template. */
  #plainText(placeholder: Placeholder): string {
    const texts = textsWith(placeholder)
    let text = texts.get(this.#strings)
    if (text === undefined) {
      text = this.#write([], placeholder)
      texts.set(this.#strings, text)
    }
    return text
  }

  #write(values: SqlValue[], placeholder: Placeholder): string {
    let text = this.#strings[0] ?? ''
    for (const [index, value] of this.#values.entries()) {
      if (value instanceof Sql) text += value.#write(values, placeholder)
      else text += placeholder(values.push(value))
      text += this.#strings[index + 1] ?? ''
    }
    return text
  }
}

/** Texts by the strings of their template, which are one array for each place in the program. */
const plainTexts = new WeakMap<Placeholder, WeakMap<readonly string[], string>>()

function textsWith(placeholder: Placeholder): WeakMap<readonly string[], string> {
  let texts = plainTexts.get(placeholder)
  if (texts === undefined) {
    texts = new WeakMap()
    plainTexts.set(placeholder, texts)
  }
  return texts
}

function isValue(value: SqlValue | Sql): value is SqlValue {
  return !(value instanceof Sql)
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
