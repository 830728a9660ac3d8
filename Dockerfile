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
RUN mkdir -p /image/app && \
    node="$(command -v node)" && \
    install -D -m 0755 "$node" /image/usr/local/bin/node && \
    ldd "$node" | grep -o '/[^ ]*' | while read -r library; do install -D -m 0755 "$library" "/image$library"; done && \
    install -m 0444 packages/cli/dist/coset.js packages/cli/dist/coset.js.LEGAL.txt /image/app/

FROM scratch
COPY --from=build /image/ /
USER 65532:65532
ENV NODE_ENV=production
# The control API: health, metrics, and the classes as they are.
EXPOSE 10259
# A small heap, for the reasons in packages/cli/bin/coset.mjs, and the optimizing compiler only for what is ten times as hot as usual:
# in the first seconds of a burst it takes a twelfth of the CPU, more than it saves.
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=8", "--initial-old-space-size=80", "--heap-growing-percent=30", "--invocation-count-for-turbofan=30000", "/app/coset.js"]
