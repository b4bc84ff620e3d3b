# Under the product's images: Node and the libraries that it and its native modules load. No shell, no package manager: what runs on this needs neither.
ARG DEBIAN
FROM ${DEBIAN} AS debian
COPY node libraries.sh /
RUN sh /libraries.sh /node /base
FROM scratch
COPY --from=debian /base/ /
COPY node /usr/local/bin/
ENV PATH=/usr/local/bin
