// node unpack.mjs FOLDER: a headless Chromium for Linux x86_64 from the npm package @sparticuz/chromium.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { brotliDecompressSync } from "node:zlib";

const folder = resolve(process.argv[2]);
const packed = new URL("./node_modules/@sparticuz/chromium/bin/", import.meta.url);
const unpacked = (name) => brotliDecompressSync(readFileSync(new URL(name, packed)));

mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/chromium`, unpacked("chromium.br"), { mode: 0o755 });
for (const name of ["al2023", "swiftshader", "fonts"]) {
  const archive = `${folder}/${name}.tar`;
  writeFileSync(archive, unpacked(`${name}.tar.br`));
  execFileSync("tar", ["xf", archive, "--no-same-owner", "-C", folder]);
  rmSync(archive);
}
writeFileSync(
  `${folder}/fonts.conf`,
  `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir>${folder}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>`,
);
