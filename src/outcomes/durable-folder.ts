import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolders } from '../files/make-folders.ts'

/** Makes a folder that its owner alone may use, with those above it that are not there: their names are durable on return. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await makeFolders(folder, { mode: 0o700 })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made))
}

/** The names in it are durable on return. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
