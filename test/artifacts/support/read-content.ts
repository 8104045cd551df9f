import type { ArtifactContent } from '../../../src/artifacts/artifact-repository.ts'

/** All that comes. */
export async function readContent({ chunks }: ArtifactContent): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts).toString('utf8')
}
