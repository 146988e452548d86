// Unpacks the browser, its fonts and its libraries into the folder that is given.
import { createReadStream, createWriteStream } from "node:fs";
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { spawnSync } from "node:child_process";

const target = process.argv[2];
const packed = "node_modules/@sparticuz/chromium/bin";
await mkdir(target, { recursive: true });

async function unpack(name) {
  await pipeline(
    createReadStream(join(packed, `${name}.br`)),
    createBrotliDecompress(),
    createWriteStream(join(target, name)),
  );
}

await unpack("chromium");
await chmod(join(target, "chromium"), 0o755);
for (const name of ["al2023.tar", "fonts.tar", "swiftshader.tar"]) {
  await unpack(name);
  const { status } = spawnSync("tar", ["-xf", name], { cwd: target, stdio: "inherit" });
  if (status !== 0) process.exit(1);
}
