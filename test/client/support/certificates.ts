import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Files of a certificate authority, and of certificates that it signed. */
export interface Certificates {
  readonly authority: string
  readonly server: { readonly cert: string; readonly key: string }
  /** Certificate and key in one file. */
  readonly client: string
}

/** Makes an authority, a certificate for 127.0.0.1 and one for a client, with openssl. */
export function makeCertificates(folder: string): Certificates {
  const run = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  run(
    ...['req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Test CA'],
    ...['-addext', 'basicConstraints=critical,CA:TRUE'],
  )
  for (const [name, extension] of [
    ['server', 'subjectAltName=IP:127.0.0.1'],
    ['client', 'extendedKeyUsage=clientAuth'],
  ] as const) {
    run('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
    writeFileSync(join(folder, `${name}.ext`), `${extension}\n`)
    run(
      ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
      ...['-out', `${name}.pem`, '-days', '2', '-extfile', `${name}.ext`],
    )
  }
  const text = (name: string) => readFileSync(join(folder, name), 'utf8')
  const client = join(folder, 'client-both.pem')
  writeFileSync(client, text('client.pem') + text('client.key'))
  return {
    authority: join(folder, 'ca.pem'),
    server: { cert: text('server.pem'), key: text('server.key') },
    client,
  }
}
