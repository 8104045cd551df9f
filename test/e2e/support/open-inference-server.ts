import { freePort } from '../../fixtures/free-port.ts'
import { writeDatatypeModels } from '../../fixtures/onnx/datatype-models.ts'
import { FROM_SOURCES, HeadraceProcess } from './headrace-process.ts'
import type { ServerAddresses } from './open-inference-clients.ts'

export interface OpenInferenceServer extends Required<Pick<ServerAddresses, 'rest' | 'grpc'>> {
  /** Base URL of REST. */
  readonly url: string
  readonly process: HeadraceProcess
}

/** Flags that serve the models of `datatype-models.ts` under their names. */
export function datatypeModelFlags(folder: string, names?: string[]): string[] {
  return writeDatatypeModels(folder, names).flatMap((own) => ['-m', own])
}

/** A real server with REST and gRPC. @param command of another Headrace, or of another Node. */
export async function serveOpenInference(
  args: readonly string[],
  command: readonly string[] = FROM_SOURCES,
): Promise<OpenInferenceServer> {
  const grpcPort = await freePort()
  const process = new HeadraceProcess({
    command,
    args: ['serve', '--port', '0', '--grpc-port', String(grpcPort), ...args],
  })
  try {
    const url = await process.listening(60_000)
    return { url, rest: new URL(url).host, grpc: `127.0.0.1:${grpcPort}`, process }
  } catch (error) {
    process.signal('SIGKILL')
    throw error
  }
}
