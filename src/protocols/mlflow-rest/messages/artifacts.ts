import { bool, int64, message, nested, repeated, text } from '../message.ts'

export const FileInfo = message('FileInfo', {
  path: text(),
  is_dir: bool(),
  file_size: int64(),
})

export const ListArtifacts = message('ListArtifacts', {
  run_uuid: text(),
  path: text(),
  run_id: text(),
  page_token: text(),
})

export const ListArtifactsResponse = message('ListArtifacts.Response', {
  root_uri: text(),
  files: repeated(nested(FileInfo)),
  next_page_token: text(),
})

export const CreatePresignedUploadUrl = message('CreatePresignedUploadUrl', {
  run_id: text(),
  path: text(),
  expiration: int64(),
  model_id: text(),
})

export const CreatePresignedUploadUrlResponse = message('CreatePresignedUploadUrl.Response', {
  presigned_url: text(),
})

export const CreatePresignedDownloadUrl = message('CreatePresignedDownloadUrl', {
  run_id: text(),
  path: text(),
  expiration: int64(),
})

export const CreatePresignedDownloadUrlResponse = message('CreatePresignedDownloadUrl.Response', {
  presigned_url: text(),
  file_size: int64(),
})

export const ProxiedFileInfo = message('FileInfo', {
  path: text(),
  is_dir: bool(),
  file_size: int64(),
})

export const ProxiedListArtifacts = message('ListArtifacts', {
  path: text(),
})

export const ProxiedListArtifactsResponse = message('ListArtifacts.Response', {
  files: repeated(nested(ProxiedFileInfo)),
})

export const ProxiedCreateMultipartUpload = message('CreateMultipartUpload', {
  path: text(),
  num_parts: int64(),
})

export const ProxiedCreateMultipartUploadResponse = message('CreateMultipartUpload.Response', {
  upload_id: text(),
})

export const ProxiedMultipartUploadPart = message('MultipartUploadPart', {
  part_number: int64(),
  etag: text(),
  url: text(),
})

export const ProxiedCompleteMultipartUpload = message('CompleteMultipartUpload', {
  path: text(),
  upload_id: text(),
  parts: repeated(nested(ProxiedMultipartUploadPart)),
})

export const ProxiedAbortMultipartUpload = message('AbortMultipartUpload', {
  path: text(),
  upload_id: text(),
})
