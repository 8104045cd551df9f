import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { ArtifactTree, ArtifactTrees, FileInfo } from '../artifacts/artifact-tree.ts'
import type { CallOptions } from './api-client.ts'
import type { ApiTransport } from './api-transport.ts'
import { ModelVersionClient } from './model-version-client.ts'

/** Files of runs, logged models and whatever else an artifact URI names. */
export class ArtifactClient extends ModelVersionClient {
  readonly #trees: ArtifactTrees

  /** @internal */
  constructor(transport: ApiTransport, trees: ArtifactTrees) {
    super(transport)
    this.#trees = trees
  }

  /** What is in a folder of a run's files; in their root where none is named. */
  async listArtifacts(runId: string, path = '', call?: CallOptions): Promise<readonly FileInfo[]> {
    return (await this.#ofRun(runId, call)).list(path, call)
  }

  /** What is in a folder at an artifact URI: `mlflow-artifacts:/…`, `runs:/…`, `models:/…`, `file:…`. */
  async listArtifactsAt(uri: string, path = '', call?: CallOptions): Promise<readonly FileInfo[]> {
    const { tree, below } = await this.#at(uri, call)
    return tree.list([below, path].filter(Boolean).join('/'), call)
  }

  /**
   * Copies a file or folder of a run to this machine.
   * @param path the whole tree where it is left out
   * @param folder a new temporary one where it is left out
   * @returns the local path of what was named
   */
  async downloadArtifacts(runId: string, path = '', folder?: string, call?: CallOptions): Promise<string> {
    return this.#download(await this.#ofRun(runId, call), path, folder, call)
  }

  /** Copies what is at an artifact URI: `mlflow-artifacts:/…`, `runs:/…`, `models:/name@alias`, `file:…`. */
  async downloadArtifactsAt(uri: string, folder?: string, call?: CallOptions): Promise<string> {
    const { tree, below } = await this.#at(uri, call)
    return this.#download(tree, below, folder, call)
  }

  /** Copies a local file into a folder of a run's files, or into their root. */
  async logArtifact(runId: string, localPath: string, artifactPath = '', call?: CallOptions): Promise<void> {
    const { uploadFile } = await import('../artifacts/transfer.ts')
    await uploadFile(await this.#ofRun(runId, call), localPath, artifactPath, call)
  }

  /** Copies what is in a local folder, with all below it. */
  async logArtifacts(
    runId: string,
    localFolder: string,
    artifactPath = '',
    call?: CallOptions,
  ): Promise<void> {
    const { uploadFolder } = await import('../artifacts/transfer.ts')
    await uploadFolder(await this.#ofRun(runId, call), localFolder, artifactPath, call)
  }

  /** Writes a text as a file of a run. */
  async logText(runId: string, text: string, artifactFile: string, call?: CallOptions): Promise<void> {
    const tree = await this.#ofRun(runId, call)
    await tree.write(artifactFile, { bytes: Buffer.from(text) }, call)
  }

  /** Writes a value as JSON, MLflow's `log_dict`. */
  async logJson(runId: string, value: unknown, artifactFile: string, call?: CallOptions): Promise<void> {
    await this.logText(runId, `${JSON.stringify(value, null, 2)}\n`, artifactFile, call)
  }

  /** Copies what is in a local folder to the files of a logged model. */
  async logModelArtifacts(modelId: string, localFolder: string, call?: CallOptions): Promise<void> {
    const { uploadFolder } = await import('../artifacts/transfer.ts')
    const { artifactLocation } = await this.getLoggedModel(modelId, call)
    await uploadFolder(this.#trees.open(artifactLocation), localFolder, '', call)
  }

  async #download(
    tree: ArtifactTree,
    path: string,
    folder: string | undefined,
    call: CallOptions | undefined,
  ): Promise<string> {
    const { download } = await import('../artifacts/transfer.ts')
    const target = folder === undefined ? await mkdtemp(join(tmpdir(), 'headrace-')) : resolve(folder)
    return download(tree, path.replace(/\/+$/, ''), target, call)
  }

  async #ofRun(runId: string, call: CallOptions | undefined): Promise<ArtifactTree> {
    const { info } = await this.getRun(runId, call)
    return this.#trees.open(info.artifactUri)
  }

  /** The tree in which a URI's files are, and where in it. */
  async #at(
    uri: string,
    call: CallOptions | undefined,
  ): Promise<{ readonly tree: ArtifactTree; readonly below: string }> {
    const { resolveArtifactUri } = await import('./resolve-artifact-uri.ts')
    const { root, below } = await resolveArtifactUri(this, uri, call)
    return { tree: this.#trees.open(root), below }
  }
}
