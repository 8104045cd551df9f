import { invalidParameter } from '../../../core/errors.ts'
import type {
  ColSpec,
  ColumnType,
  Property,
  ScalarType,
  Schema,
  TensorSpec,
} from '../../../signature/model-signature.ts'

/** Words of scalars as MLflow prints them. */
const SCALARS: Readonly<Record<string, ScalarType>> = {
  ...{ boolean: 'boolean', integer: 'integer', long: 'long', float: 'float', double: 'double' },
  ...{
    string: 'string',
    binary: 'binary',
    datetime: 'datetime',
    Any: 'any',
    'SparkML vector': 'sparkml_vector',
  },
}

/**
 * The schema that MLflow printed into a message: `['a': double (required), 'b': Array(long) (optional)]`,
 * `[Tensor('float32', (-1, 4))]`. (`ColSpec.__repr__` and `TensorSpec.__repr__`, `mlflow/types/schema.py`, 3.17.2;
 * before 2.8 a column that is required does not say so)
 * @throws ServingError INVALID_PARAMETER_VALUE where it is no such text
 */
export function parseSchemaText(text: string): Schema {
  return new SchemaText(text).read()
}

class SchemaText {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  read(): Schema {
    this.#expect(/\[/y)
    const columns: ColSpec[] = []
    const tensors: TensorSpec[] = []
    do {
      const name = this.#match(/(['"])(.*?)\1: (?=[\w{])/sy)?.[2]
      const tensor = this.#match(/Tensor\('([^']+)', \(([-\d, ]*)\)\)/y)
      if (tensor === undefined) columns.push({ name, type: this.#type(), required: this.#isRequired() })
      else tensors.push({ name, dtype: tensor[1] ?? '', shape: sizesOf(tensor[2] ?? '') })
    } while (this.#match(/, /y))
    this.#expect(/\]$/y)
    if (tensors.length > 0 && columns.length > 0) throw this.#unknown()
    return tensors.length > 0 ? { kind: 'tensors', tensors } : { kind: 'columns', columns }
  }

  #type(): ColumnType {
    if (this.#match(/Array\(/y)) return this.#closed({ kind: 'array', items: this.#type() })
    if (this.#match(/Map\(str -> (?:DataType\.)?/y))
      return this.#closed({ kind: 'map', values: this.#type() })
    if (this.#match(/\{/y)) return this.#object()
    const word = this.#match(/SparkML vector|\w+/y)?.[0]
    const scalar = word === undefined ? undefined : SCALARS[word]
    if (scalar === undefined) throw this.#unknown()
    return scalar
  }

  #closed<T extends ColumnType>(type: T): T {
    this.#expect(/\)/y)
    return type
  }

  #object(): ColumnType {
    const properties: Property[] = []
    do {
      const name = this.#match(/(.+?): /sy)?.[1]
      if (name === undefined) throw this.#unknown()
      properties.push({ name, type: this.#type(), required: this.#isRequired() })
    } while (this.#match(/, /y))
    this.#expect(/\}/y)
    return { kind: 'object', properties }
  }

  #isRequired(): boolean {
    return this.#match(/ \((required|optional)\)/y)?.[1] !== 'optional'
  }

  #expect(pattern: RegExp): void {
    if (this.#match(pattern) === undefined) throw this.#unknown()
  }

  /** @param pattern sticky */
  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found === null) return undefined
    this.#at = pattern.lastIndex
    return found
  }

  #unknown(): Error {
    return invalidParameter(`This is no schema as MLflow prints it, from character ${this.#at} on`)
  }
}

/** `-1, 4`, and `3,` for one. */
function sizesOf(text: string): readonly number[] {
  return text
    .split(',')
    .map((size) => size.trim())
    .filter((size) => size !== '')
    .map(Number)
}
