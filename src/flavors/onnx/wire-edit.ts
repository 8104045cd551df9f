import { LENGTH_DELIMITED, type WireField, type WireFile } from './wire-file.ts'

/** A part of a file, and the bytes that shall stand there instead. An empty part is an insertion. */
export interface WireEdit {
  readonly start: number
  readonly end: number
  readonly bytes: Uint8Array
}

/** A length-delimited field: text, or a message made by `message`. */
export function delimited(number: number, value: string | Uint8Array): Buffer {
  const content = typeof value === 'string' ? Buffer.from(value, 'utf8') : value
  return Buffer.concat([varint(number * 8 + LENGTH_DELIMITED), varint(content.length), content])
}

export function varintField(number: number, value: number): Buffer {
  return Buffer.concat([varint(number * 8), varint(value)])
}

/**
 * The whole file with edits inside one of its top-level messages, whose length changes with them. What is not
 * edited stays as it is, byte for byte: weights, and fields that this version does not know.
 * @param edits inside `message`, in their order, not overlapping.
 * @param appended further top-level fields.
 */
export function editMessage(options: {
  readonly file: WireFile
  readonly message: WireField
  readonly edits: readonly WireEdit[]
  readonly appended: Uint8Array
}): Buffer<ArrayBuffer> {
  const { file, message, edits, appended } = options
  const content = applyEdits(file, message, edits)
  const length = content.reduce((sum, part) => sum + part.length, 0)
  const header = [varint(message.number * 8 + LENGTH_DELIMITED), varint(length)]
  const before = file.copy(0, message.start)
  const after = file.copy(message.end, file.size)
  return Buffer.concat([before, ...header, ...content, after, appended])
}

function applyEdits(file: WireFile, message: WireField, edits: readonly WireEdit[]): Uint8Array[] {
  const parts: Uint8Array[] = []
  let position = message.valueStart
  for (const edit of edits) {
    parts.push(file.copy(position, edit.start), edit.bytes)
    position = edit.end
  }
  parts.push(file.copy(position, message.end))
  return parts
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80)
    rest = Math.floor(rest / 0x80)
  }
  bytes.push(rest)
  return Buffer.from(bytes)
}
