import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import pg from 'pg'
import { freePort } from '../../fixtures/free-port.ts'

const USER = 'headrace'
/** Holds what must be encoded in a URL, so that a program that forgets it fails. */
const PASSWORD = 'p@ss:w/rd%'
const START_TIMEOUT_MS = 60_000

/** A real PostgreSQL server of its own, in a temporary folder, on 127.0.0.1. */
export class PostgresServer {
  readonly #process: ChildProcess
  readonly #folder: string
  readonly #port: number
  #databases = 0

  private constructor(process: ChildProcess, folder: string, port: number) {
    this.#process = process
    this.#folder = folder
    this.#port = port
  }

  static async start(): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'headrace-postgres-'))
    const owner = unprivilegedUser()
    const data = join(folder, 'data')
    const passwordFile = join(folder, 'password')
    writeFileSync(passwordFile, PASSWORD)
    if (owner !== undefined) for (const path of [folder, passwordFile]) chownSync(path, owner.uid, owner.gid)
    execFileSync(
      binary('initdb'),
      ['-D', data, '-U', USER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '-N'],
      { ...owner, cwd: folder, stdio: 'pipe' },
    )
    const port = await freePort()
    const settings = ['listen_addresses=127.0.0.1', 'fsync=off', `unix_socket_directories=${folder}`]
    const server = spawn(
      binary('postgres'),
      ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
      { ...owner, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    await ready(server)
    return new PostgresServer(server, folder, port)
  }

  /** @returns the URI of a new, empty database, as `--backend-store-uri` of an MLflow with psycopg2 takes it. */
  async createDatabase(scheme = 'postgresql+psycopg2'): Promise<string> {
    this.#databases += 1
    const name = `mlflow_${this.#databases}`
    const client = new pg.Client({ connectionString: this.uri('postgres') })
    await client.connect()
    try {
      await client.query(`CREATE DATABASE ${name}`)
    } finally {
      await client.end()
    }
    return this.uri(name, scheme)
  }

  /** Takes the rows of a test out of a database that has MLflow's tables. */
  async empty(uri: string): Promise<void> {
    const client = new pg.Client({ connectionString: uri.replace(/^postgresql\+\w+:/, 'postgresql:') })
    await client.connect()
    try {
      await client.query(
        'TRUNCATE experiments, registered_models, inputs, input_tags RESTART IDENTITY CASCADE',
      )
    } finally {
      await client.end()
    }
  }

  uri(database: string, scheme = 'postgresql'): string {
    return `${scheme}://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${this.#port}/${database}`
  }

  /** Ends the server at once, connections included, and removes its files. */
  async stop(): Promise<void> {
    // One that a signal ended has no exit code.
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const closed = once(this.#process, 'close')
      this.#process.kill('SIGINT')
      await closed
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** PostgreSQL refuses to run as root: then it runs as its own user, or as nobody. */
function unprivilegedUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const name = userExists('postgres') ? 'postgres' : 'nobody'
  return { uid: idOf('-u', name), gid: idOf('-g', name) }
}

function userExists(name: string): boolean {
  try {
    return idOf('-u', name) > 0
  } catch {
    return false
  }
}

function idOf(kind: '-u' | '-g', user: string): number {
  return Number(execFileSync('id', [kind, user], { encoding: 'utf8', stdio: 'pipe' }))
}

/** From the PATH, or from where Debian puts the server's programs. */
function binary(name: string): string {
  const debian = '/usr/lib/postgresql'
  const releases = existsSync(debian)
    ? readdirSync(debian).map((release) => join(debian, release, 'bin'))
    : []
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...releases]
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
  if (found === undefined) throw new Error(`There is no ${name}: install PostgreSQL (apt install postgresql)`)
  return found
}

async function ready(server: ChildProcess): Promise<void> {
  let log = ''
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`PostgreSQL did not start:\n${log}`)), START_TIMEOUT_MS)
    server.once('exit', () => reject(new Error(`PostgreSQL ended:\n${log}`)))
    server.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString()
      if (!log.includes('ready to accept connections')) return
      clearTimeout(late)
      resolve()
    })
  })
}
