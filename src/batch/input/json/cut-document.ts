import type { ModelSignature } from '../../../signature/model-signature.ts'
import { ByteReader } from './byte-reader.ts'
import { canCut, type ListForm, type RowList } from './cut-rules.ts'
import { type DocumentLayout, layoutOf, type ValuePlace } from './document-layout.ts'
import { IndexedBlocks } from './indexed-blocks.ts'
import type { JsonBlockLimits, JsonBlocks, JsonEnvelope } from './json-blocks.ts'
import { OPEN_BRACE, OPEN_BRACKET, QUOTE } from './json-scanner.ts'
import { columnsOfRecords } from './record-columns.ts'

const FORMS: readonly ListForm[] = ['dataframe_split', 'dataframe_records', 'instances', 'inputs']
/** Keys that make a document a unified LLM request, whose parts belong together. */
const LLM_KEYS = ['messages', 'prompt', 'input']
/** What goes into the envelope of every block; more is no list of names or parameters. */
const MAX_ENVELOPE_BYTES = 1024 * 1024

export interface CutDocumentInit extends JsonBlockLimits {
  readonly signature: ModelSignature | undefined
  /** Rows are wanted one by one, all sorts or only objects: then a document of a single block is cut too. */
  readonly rowsWanted?: 'any' | 'objects' | undefined
}

/**
 * Cuts a scoring request in a JSON file into blocks of rows, each a request of the same form with the same
 * parameters. Undefined where the document has to be predicted as a whole: it is small, its answers could depend on all
 * of its rows together, or it is a form for which only the scoring protocol has the right words of refusal.
 * @throws ServingError BAD_REQUEST where it is no JSON
 */
export function cutDocument(path: string, init: CutDocumentInit): JsonBlocks | undefined {
  const reader = new ByteReader(path)
  let blocks: JsonBlocks | undefined
  try {
    blocks = cut(path, reader, init)
    return blocks
  } finally {
    if (blocks === undefined) reader.close()
  }
}

function cut(path: string, reader: ByteReader, init: CutDocumentInit): JsonBlocks | undefined {
  const layout = layoutOf(reader, init)
  const rows = layout && rowsOf(layout)
  if (layout === undefined || rows === undefined) return undefined
  const { list } = rows.place
  const shape = shapeOf(list?.firstBytes ?? new Set())
  const { rowsWanted } = init
  const minBlocks = rowsWanted === undefined ? 2 : 1
  if (list === undefined || list.index.count < minBlocks || shape === undefined) return undefined
  if (rowsWanted === 'objects' && shape !== 'objects') return undefined
  if (!canCut({ form: rows.form, rows: shape, mayHaveNull: list.mayHaveNull }, init.signature))
    return undefined
  const columns = rows.form === 'dataframe_records' ? columnsOfRecords(path, init.signature) : []
  const envelope = envelopeOf(reader, layout, rows)
  if (columns === undefined || envelope === undefined) return undefined
  return new IndexedBlocks({
    reader,
    index: list.index,
    envelope: columns.length === 0 ? envelope : { ...envelope, columns },
    read: (range) => reader.read(range.start, range.end),
  })
}

interface Rows {
  readonly form: ListForm
  readonly place: ValuePlace
}

/** The list that carries the rows, where the document is of exactly one form. */
function rowsOf(layout: DocumentLayout): Rows | undefined {
  if (LLM_KEYS.some((key) => layout.has(key))) return undefined
  const [form, ...more] = FORMS.filter((key) => layout.has(key))
  if (form === undefined || more.length > 0) return undefined
  const place = layout.get(form)
  if (place === undefined) return undefined
  if (form !== 'dataframe_split') return { form, place }
  const data = place.members?.get('data')
  return data !== undefined && isSplit(place, data) ? { form, place: data } : undefined
}

/** The labels of an index have no part in the answers, but there have to be as many as rows. */
function isSplit({ members = new Map<string, ValuePlace>() }: ValuePlace, data: ValuePlace): boolean {
  const isKnown = [...members.keys()].every((key) => key === 'columns' || key === 'data' || key === 'index')
  const index = members.get('index')
  return isKnown && (index === undefined || index.list?.index.rows === data.list?.index.rows)
}

function shapeOf(firstBytes: ReadonlySet<number>): RowList['rows'] | undefined {
  const shapes = new Set([...firstBytes].map(shapeOfByte))
  return shapes.size === 1 ? [...shapes][0] : undefined
}

function shapeOfByte(byte: number): RowList['rows'] | undefined {
  if (byte === OPEN_BRACKET) return 'lists'
  if (byte === OPEN_BRACE) return 'objects'
  return byte === QUOTE ? undefined : 'scalars'
}

/** Undefined where names or parameters are too long to be repeated with each block. */
function envelopeOf(reader: ByteReader, layout: DocumentLayout, { form }: Rows): JsonEnvelope | undefined {
  const columns = form === 'dataframe_split' ? layout.get(form)?.members?.get('columns') : undefined
  const params = layout.get('params')
  const size = [columns, params].reduce(
    (sum, place) => sum + (place ? place.range.end - place.range.start : 0),
    0,
  )
  if (size > MAX_ENVELOPE_BYTES) return undefined
  const textOf = ({ range }: ValuePlace) =>
    Buffer.from(reader.read(range.start, range.end)).toString('latin1')
  const names = columns === undefined ? '' : `"columns": ${textOf(columns)}, `
  const opening = form === 'dataframe_split' ? `{${names}"data": [` : '['
  const closing = form === 'dataframe_split' ? ']}' : ']'
  const parameters = params === undefined ? '' : `, "params": ${textOf(params)}`
  return {
    prefix: Buffer.from(`{"${form}": ${opening}`, 'latin1'),
    suffix: Buffer.from(`${closing}${parameters}}`, 'latin1'),
  }
}
