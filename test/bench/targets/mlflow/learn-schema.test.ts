import { expect, it } from 'vitest'
import { hintedSchema, schemaOfMessage } from '../../../../src/bench/targets/mlflow/learn-schema.ts'

const column = (name: string, type: string) => ({ name, type, required: true })

it.each([
  [
    'MLflow 3.17.2',
    "Failed to predict data 'Empty DataFrame\nColumns: []\nIndex: []'. \nError: Failed to enforce schema of data 'Empty " +
      "DataFrame\nColumns: []\nIndex: []' with schema '['sl': double (required), 'n': long (required)]'. Error: Model is " +
      "missing inputs ['sl', 'n'].",
    { kind: 'columns', columns: [column('sl', 'double'), column('n', 'long')] },
  ],
  [
    'tensors',
    "Failed to enforce schema of data 'x' with schema '[Tensor('float32', (-1, 4))]'. Error: Input DataFrame is empty.",
    { kind: 'tensors', tensors: [{ name: undefined, dtype: 'float32', shape: [-1, 4] }] },
  ],
  [
    'names alone, as before MLflow 2.3',
    "Model is missing inputs ['a', \"it's\"]. Note that there were extra inputs: [0].",
    { kind: 'columns', columns: [column('a', 'double'), column("it's", 'double')] },
  ],
  ['nothing of a schema', 'The input must be a JSON dictionary', undefined],
])('reads the schema from a message of %s', (_, message, schema) => {
  expect(schemaOfMessage(message)).toEqual(schema)
})

it.each([
  ['list[str]', 'string'],
  ['list[list[int]]', { kind: 'array', items: 'long' }],
  ['list[dict[str, typing.Optional[float]]]', { kind: 'map', values: 'double' }],
  ['typing.List[datetime.datetime]', 'datetime'],
  ['list[datetime]', 'datetime'],
  ['list[str | None]', 'string'],
  [
    'list[typing.Union[NoneType, dict[str, list[float]]]]',
    { kind: 'map', values: { kind: 'array', items: 'double' } },
  ],
])('reads the type of items from a type hint of %s', (hint, type) => {
  const message = `Failed to validate data against type hint \`${hint}\`, invalid elements: [('1', '…')]`
  expect(hintedSchema(message)).toEqual({
    kind: 'columns',
    columns: [{ name: undefined, type, required: true }],
  })
})

it.each(['list[Message]', 'dict[str, int]', 'str'])('makes nothing of a type hint of %s', (hint) => {
  expect(hintedSchema(`against type hint \`${hint}\`, got …`)).toBeUndefined()
})

it('reads the fields of a class of pydantic, without optional ones of classes', () => {
  const fields =
    "{'role': FieldInfo(annotation=str, required=True), 'l': FieldInfo(annotation=Union[list[Inner], NoneType], " +
    "required=False, default=None), 'at': FieldInfo(annotation=Union[datetime, NoneType], required=False, default=None)}"
  const message = (text: string) =>
    `against type hint \`list[Message]\`, … Expected fields in the type hint: ${text}; passed data: {}. Check`
  expect(hintedSchema(message(fields))).toEqual({
    kind: 'columns',
    columns: [column('role', 'string'), { ...column('at', 'datetime'), required: false }],
  })
  expect(hintedSchema(message("{'l': FieldInfo(annotation=list[Inner], required=True)}"))).toBeUndefined()
})
