import { HTML, homePage } from './html-page.ts'

export interface Page {
  readonly contentType: string
  readonly body: string
}

/** The release of MLflow whose behaviour this server has; clients read it to decide what they may send. */
export const COMPATIBLE_MLFLOW_VERSION = '3.17.2'

/** What MLflow's clients may ask of the server itself (`build_server_info_payload`, MLflow 3.17.2). */
const SERVER_INFO = JSON.stringify({
  store_type: 'SqlStore',
  workspaces_enabled: false,
  trace_archival_enabled: false,
  multipart_uploads_enabled: false,
  multipart_downloads_enabled: false,
  presigned_upload_run_id_supported: true,
  presigned_upload_model_id_supported: true,
  features_enabled: { gateway: false },
})

/** Answers to GET that are always the same, by path. */
export function serverPages(staticPrefix: string, version: string): ReadonlyMap<string, Page> {
  const info = { contentType: 'application/json', body: SERVER_INFO }
  const pages: Readonly<Record<string, Page>> = {
    '/': { contentType: HTML, body: homePage(version) },
    '/health': { contentType: 'text/plain; charset=utf-8', body: 'OK' },
    '/version': { contentType: HTML, body: COMPATIBLE_MLFLOW_VERSION },
    '/api/3.0/mlflow/server-info': info,
    '/ajax-api/3.0/mlflow/server-info': info,
  }
  return new Map(Object.entries(pages).map(([path, page]) => [`${staticPrefix}${path}`, page]))
}
