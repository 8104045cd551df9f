# A general image of Headrace: serves any model URI given at run time, or is the tracking server (docs/deploy/docker.md).
# An image with its model in it, without a shell and npm, is made by `headrace build-image`.
ARG BASE=node:24-slim

FROM ${BASE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
COPY tools/node/package.json tools/node/
# The pinned Node of the workspace is for working copies: the base has one.
RUN npm ci --ignore-scripts --workspaces=false
COPY . .
RUN npm run build

FROM ${BASE} AS packages
WORKDIR /packages
COPY package.json package-lock.json .npmrc ./
COPY tools/node/package.json tools/node/
RUN npm ci --ignore-scripts --workspaces=false --omit=dev --omit=peer
# Native packages bring their binaries for many platforms, of which one runs here.
RUN arch="$(node -p process.arch)" \
  && cd /packages/node_modules/onnxruntime-node/bin/napi-v6 \
  && find . -mindepth 2 -maxdepth 2 ! -path "./linux/${arch}" -exec rm -r {} + \
  && cd /packages/node_modules/better-sqlite3 \
  && rm -r deps src \
  && find prebuilds -mindepth 1 -maxdepth 1 ! -name "linux-${arch}*" -exec rm -r {} + \
  && rm -r /packages/tools /packages/.npmrc

FROM ${BASE}
RUN mkdir -p /home/headrace /opt/ml/model && chown 1000:1000 /home/headrace
COPY --from=packages /packages /opt/headrace
COPY --from=build /build/dist /opt/headrace/dist
COPY LICENSE NOTICE README.md /opt/headrace/
RUN ln -s /opt/headrace/dist/main.js /usr/local/bin/headrace
ENV HOME=/home/headrace \
  HEADRACE_MODEL_URI=/opt/ml/model \
  MLFLOW_HOST=0.0.0.0 \
  MLFLOW_PORT=8080 \
  ORT_DISABLE_TELEMETRY=1
LABEL org.opencontainers.image.title="headrace" \
  org.opencontainers.image.licenses="Apache-2.0" \
  com.amazonaws.sagemaker.capabilities.accept-bind-to-port="true"
WORKDIR /home/headrace
USER 1000:1000
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["/usr/local/bin/node", "/opt/headrace/dist/healthcheck.js"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/node", "/opt/headrace/dist/main.js"]
CMD ["serve"]
