# The image holds Node, the libraries that Node loads, and one file: nothing else to patch, no shell to misuse.
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
COPY packages/cli/package.json packages/cli/
# Node is here already, and what the scripts would set up is not in this layer yet.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY asconfig.json ./
COPY assembly assembly
COPY data data
COPY packages packages
COPY scripts scripts
COPY src src
RUN node scripts/build.mjs
# What is in the image stands in it: /app/sbom.cdx.json. When it was built does not, so that it can be built again.
RUN mkdir -p /image/app && \
    node="$(command -v node)" && \
    install -D -m 0755 "$node" /image/usr/local/bin/node && \
    libraries="$(ldd "$node" | grep -o '/[^ ]*')" && \
    for library in $libraries; do install -D -m 0755 "$library" "/image$library"; done && \
    install -m 0444 packages/cli/dist/coset.js packages/cli/dist/coset.js.LEGAL.txt /image/app/ && \
    node scripts/image-sbom.mjs /image/app/sbom.cdx.json $libraries && \
    chmod 0444 /image/app/sbom.cdx.json && \
    find /image -exec touch --no-dereference --date=@0 {} +

FROM scratch
COPY --from=build /image/ /
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="coset" \
      org.opencontainers.image.description="A Kubernetes scheduler that decides once per equivalence class of pods" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
# Any other will do as well: nothing is written, and what is read everybody may read.
USER 65532:65532
ENV NODE_ENV=production
# The control API: health, metrics, and the classes as they are.
EXPOSE 10259
# Kubernetes has probes of its own; this is for those that run the container by itself.
HEALTHCHECK --start-period=60s CMD ["/usr/local/bin/node", "-e", "require('node:https').get({ host: '127.0.0.1', port: 10259, path: '/livez', rejectUnauthorized: false }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
# A small heap, for the reasons in packages/cli/bin/coset.mjs, and the optimizing compiler only for what is ten times as hot as usual:
# in the first seconds of a burst it takes a twelfth of the CPU, more than it saves.
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=8", "--initial-old-space-size=80", "--heap-growing-percent=30", "--invocation-count-for-turbofan=30000", "/app/coset.js"]
