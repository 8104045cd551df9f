import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import mysql from 'mysql2/promise'
import { USED_TABLES } from '../../../src/store/schema/used-columns.ts'
import { freePort } from '../../fixtures/free-port.ts'

const USER = 'headrace'
/** Holds what must be encoded in a URL, so that a program that forgets it fails. */
const PASSWORD = 'p@ss:w/rd%'
const START_TIMEOUT_MS = 60_000

/** A real MariaDB server of its own, in a temporary folder, on 127.0.0.1. */
export class MariadbServer {
  readonly #process: ChildProcess
  readonly #folder: string
  readonly #port: number
  #databases = 0

  private constructor(process: ChildProcess, folder: string, port: number) {
    this.#process = process
    this.#folder = folder
    this.#port = port
  }

  static async start(): Promise<MariadbServer> {
    const folder = mkdtempSync(join(tmpdir(), 'headrace-mariadb-'))
    const owner = unprivilegedUser()
    if (owner !== undefined) chownSync(folder, owner.uid, owner.gid)
    const data = join(folder, 'data')
    const socket = join(folder, 'socket')
    execFileSync(
      binary('mariadb-install-db'),
      ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'],
      { ...owner, cwd: folder, stdio: 'pipe' },
    )
    const port = await freePort()
    const server = spawn(
      binary('mariadbd'),
      [
        '--no-defaults',
        `--datadir=${data}`,
        `--socket=${socket}`,
        `--pid-file=${join(folder, 'pid')}`,
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        '--innodb-flush-log-at-trx-commit=2',
      ],
      { ...owner, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    await ready(server)
    const connection = await mysql.createConnection({ socketPath: socket, user: 'root' })
    await connection.query(`CREATE USER ${USER}@'127.0.0.1' IDENTIFIED BY '${PASSWORD}'`)
    await connection.query(`GRANT ALL ON *.* TO ${USER}@'127.0.0.1' WITH GRANT OPTION`)
    await connection.end()
    return new MariadbServer(server, folder, port)
  }

  /**
   * @param collation in which texts are compared: where it is not said, MariaDB's own, for which case makes no difference
   * @returns the URI of a new, empty database, as `--backend-store-uri` of MLflow takes it
   */
  async createDatabase(collation = 'utf8mb4_general_ci', scheme = 'mysql+pymysql'): Promise<string> {
    this.#databases += 1
    const name = `mlflow_${this.#databases}`
    const connection = await mysql.createConnection({
      host: '127.0.0.1',
      port: this.#port,
      user: USER,
      password: PASSWORD,
    })
    await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE ${collation}`)
    await connection.end()
    return this.uri(name, scheme)
  }

  /** Takes the rows of a test out of a database that has MLflow's tables. */
  async empty(uri: string): Promise<void> {
    const connection = await mysql.createConnection({
      uri: uri.replace(/^mysql\+\w+:/, 'mysql:'),
      multipleStatements: true,
    })
    try {
      const deletions = USED_TABLES.map((table) => `DELETE FROM ${table};`)
      await connection.query(
        `SET FOREIGN_KEY_CHECKS = 0; ${deletions.join(' ')} ALTER TABLE experiments AUTO_INCREMENT = 1`,
      )
    } finally {
      await connection.end()
    }
  }

  uri(database: string, scheme = 'mysql'): string {
    return `${scheme}://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${this.#port}/${database}`
  }

  /** Ends the server and removes its files. */
  async stop(): Promise<void> {
    // One that a signal ended has no exit code.
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const closed = once(this.#process, 'close')
      this.#process.kill('SIGTERM')
      await closed
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** MariaDB refuses to run as root: then it runs as its own user, or as nobody. */
function unprivilegedUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['mysql', 'nobody']) {
    try {
      return { uid: idOf('-u', name), gid: idOf('-g', name) }
    } catch {
      // There is no such user here.
    }
  }
  return undefined
}

function idOf(kind: '-u' | '-g', user: string): number {
  return Number(execFileSync('id', [kind, user], { encoding: 'utf8', stdio: 'pipe' }))
}

/** From the PATH, or from where Debian puts servers. */
function binary(name: string): string {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/bin']
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
  if (found === undefined)
    throw new Error(`There is no ${name}: install MariaDB (apt install mariadb-server)`)
  return found
}

async function ready(server: ChildProcess): Promise<void> {
  let log = ''
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`MariaDB did not start:\n${log}`)), START_TIMEOUT_MS)
    server.once('exit', () => reject(new Error(`MariaDB ended:\n${log}`)))
    server.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString()
      if (!log.includes('ready for connections')) return
      clearTimeout(late)
      resolve()
    })
  })
}
