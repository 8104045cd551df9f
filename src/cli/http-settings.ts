import { flag, setting } from './setting.ts'
import { oneOf, secondsToMs, text } from './values.ts'

/** Settings that the commands that serve HTTP have in common. */

const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const

export const KEEP_ALIVE_SETTINGS = {
  keepAliveTimeoutMs: setting({
    flags: '--keep-alive-timeout <seconds>',
    variable: 'HEADRACE_KEEP_ALIVE_TIMEOUT',
    default: 75_000,
    defaultText: '75',
    help: 'Seconds that an idle connection is kept; keep it above that of the balancer in front',
    parse: secondsToMs,
  }),
} as const

export const TLS_SETTINGS = {
  sslCertfile: setting<string | undefined>({
    flags: '--ssl-certfile <file>',
    variable: 'HEADRACE_SSL_CERTFILE',
    default: undefined,
    help: 'Certificate chain (PEM): serves HTTPS together with --ssl-keyfile',
    parse: text,
  }),
  sslKeyfile: setting<string | undefined>({
    flags: '--ssl-keyfile <file>',
    variable: 'HEADRACE_SSL_KEYFILE',
    default: undefined,
    help: 'Private key (PEM) of the certificate',
    parse: text,
  }),
} as const

export const LOG_SETTINGS = {
  logLevel: setting<(typeof LOG_LEVELS)[number]>({
    flags: '--log-level <level>',
    variable: 'HEADRACE_LOG_LEVEL',
    default: 'info',
    help: `How much is logged: ${LOG_LEVELS.join(', ')}`,
    parse: oneOf(LOG_LEVELS),
  }),
  logFormat: setting<'auto' | 'json' | 'text'>({
    flags: '--log-format <format>',
    variable: 'HEADRACE_LOG_FORMAT',
    default: 'auto',
    help: 'Log lines for programs (json), for people (text), or by whether a terminal reads them (auto)',
    parse: oneOf(['auto', 'json', 'text']),
  }),
  accessLog: flag({
    flags: '--access-log',
    variable: 'HEADRACE_ACCESS_LOG',
    help: 'Log every request, not only those that fail',
  }),
} as const
