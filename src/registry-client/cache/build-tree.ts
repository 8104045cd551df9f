import { rm } from 'node:fs/promises'
import type { ArtifactFile, ArtifactRepository } from '../../artifacts/artifact-repository.ts'
import { unavailable } from '../../core/errors.ts'
import { cacheFailure, throwIfStopped } from './cache-failure.ts'
import type { EntryPlace } from './cache-folder.ts'
import { type DiskRoom, RoomWatch } from './disk-room.ts'
import { downloadFile } from './download-file.ts'
import { ProgressCounter } from './download-progress.ts'
import { Draft } from './draft.ts'
import { inParallel } from './in-parallel.ts'
import type { CachedFile } from './manifest.ts'
import type { DownloadProgress } from './model-cache.ts'
import { askOne, MODEL_FILE, type RemoteTree } from './remote-tree.ts'

/** An earlier tree of the same entry, and which of its files still have their own content. */
export interface EarlierTree {
  readonly path: string
  readonly identity: string
  readonly intact: ReadonlyMap<string, CachedFile>
}

export interface TreeJob {
  readonly place: EntryPlace
  readonly repository: ArtifactRepository
  readonly remote: RemoteTree
  readonly earlier: EarlierTree | undefined
  /** Where the tree will be; nothing is there yet. */
  readonly target: string
  readonly cacheFolder: string
  readonly room: DiskRoom
  readonly retryDelayMs: number
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Files transferred at a time. */
const PARALLEL = 8

/**
 * Makes a tree of what the repository has; the caller holds the entry's lock. What earlier makers left is taken over
 * where it is still the same. After a failure the draft stays for the next attempt, except where the disk is full:
 * half a model must not keep it so.
 * @returns the files of the tree, which is on the disk
 */
export async function buildTree(job: TreeJob): Promise<readonly CachedFile[]> {
  const draft = await Draft.open(job.place, job.remote.identity)
  try {
    const files = await new TreeBuilder(job, draft).fill()
    await draft.close()
    await draft.becomeTree(job.target)
    return files
  } catch (error) {
    await draft.close()
    throwIfStopped(job.signal, `transferring the model at ${job.repository.uri}`)
    const failure = cacheFailure(error, job.cacheFolder)
    if (failure.code === 'RESOURCE_EXHAUSTED') await rm(job.place.draft, { recursive: true, force: true })
    throw failure
  }
}

class TreeBuilder {
  readonly #job: TreeJob
  readonly #draft: Draft
  readonly #progress: ProgressCounter
  /** Ends the transfers under way when one has failed. */
  readonly #stop = new AbortController()
  readonly #signal: AbortSignal
  readonly #done: CachedFile[] = []

  constructor(job: TreeJob, draft: Draft) {
    this.#job = job
    this.#draft = draft
    this.#progress = new ProgressCounter(
      job.remote.files.map(({ bytes }) => bytes),
      job.onProgress,
    )
    this.#signal = job.signal ? AbortSignal.any([job.signal, this.#stop.signal]) : this.#stop.signal
  }

  async fill(): Promise<readonly CachedFile[]> {
    const missing = await this.#takeFinished()
    await this.#requireRoom(missing)
    await inParallel(
      missing,
      PARALLEL,
      async (file) => this.#add((await this.#takeOver(file)) ?? (await this.#transfer(file))),
      () => this.#stop.abort(),
    )
    this.#requireUnchanged()
    return this.#done.sort((a, b) => (a.path < b.path ? -1 : 1))
  }

  /** @returns the files that an earlier maker of this draft had not finished */
  async #takeFinished(): Promise<readonly ArtifactFile[]> {
    const missing: ArtifactFile[] = []
    for (const file of this.#job.remote.files) {
      throwIfStopped(this.#job.signal, `checking what was transferred of ${this.#job.repository.uri}`)
      const finished = await this.#draft.finished(file.path)
      if (finished === undefined) missing.push(file)
      else {
        this.#progress.addBytes(finished.bytes)
        this.#add(finished)
      }
    }
    return missing
  }

  async #requireRoom(files: readonly ArtifactFile[]): Promise<void> {
    const bytes = files.reduce((sum, file) => sum + (file.bytes ?? 0), 0)
    await this.#job.room.require(bytes, this.#job.repository.uri)
  }

  /** A model that is logged anew while it is transferred could come half old and half new. */
  #requireUnchanged(): void {
    const { remote, repository } = this.#job
    const file = this.#done.find(({ path }) => path === MODEL_FILE)
    if (remote.modelFile === undefined || file?.sha256 === remote.modelFile) return
    throw unavailable(`The model at ${repository.uri} was changed while it was transferred: try again`)
  }

  #add(file: CachedFile): void {
    this.#done.push(file)
    this.#progress.fileDone()
  }

  /** A file of the earlier tree, where the repository's content is known to be the same. */
  async #takeOver({ path }: ArtifactFile): Promise<CachedFile | undefined> {
    const { earlier } = this.#job
    if (earlier === undefined) return undefined
    const file = earlier.intact.get(path)
    if (file === undefined || !(await this.#isSame(file, earlier))) return undefined
    if (!(await this.#draft.takeOver(file, earlier.path))) return undefined
    this.#progress.addBytes(file.bytes)
    return file
  }

  /** Where something of the model has changed, only a validator can say that this file has not. */
  async #isSame(file: CachedFile, earlier: EarlierTree): Promise<boolean> {
    if (earlier.identity === this.#job.remote.identity) return true
    if (file.validator === undefined) return false
    const { validator, bytes } = await askOne(this.#job.repository, file.path, this.#signal)
    return validator === file.validator && bytes === file.bytes
  }

  async #transfer({ path, bytes }: ArtifactFile): Promise<CachedFile> {
    const { repository, retryDelayMs, cacheFolder, room } = this.#job
    const onBytes = (count: number): void => this.#progress.addBytes(count)
    return this.#draft.writeFile(path, { expectedBytes: bytes, cacheFolder, onBytes }, (file) => {
      const sink = bytes === undefined ? new RoomWatch(file, room, repository.uri) : file
      return downloadFile({ repository, path, bytes, sink, retryDelayMs, signal: this.#signal })
    })
  }
}
