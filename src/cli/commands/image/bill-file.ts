import { cannotWrite, writeNamed } from '../../../image/oci/write-beside.ts'

/** Writes an image's bill of materials. @throws ServingError INVALID_STATE, RESOURCE_EXHAUSTED */
export async function writeBill(file: string, bill: string, signal: AbortSignal): Promise<void> {
  try {
    await writeNamed(file, [Buffer.from(bill)], { mode: 0o644, signal })
  } catch (error) {
    throw cannotWrite(file, error)
  }
}
