import { TextBuffer } from './text-buffer.ts'

const BUFFER = new TextBuffer()

/** The buffer of this thread in which replies are written, emptied: whoever asks for it takes the text in the same turn. */
export function replyBuffer(): TextBuffer {
  BUFFER.clear()
  return BUFFER
}
