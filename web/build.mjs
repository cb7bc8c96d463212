// Bundles main.tsx into one script and one style sheet, which digestbot puts into the page of `digestbot preview --html`.
import { build } from "esbuild";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../digestbot/_data/web/", import.meta.url));
const { metafile, outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL("main.tsx", import.meta.url))],
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  outdir: folder,
  entryNames: "preview",
  format: "iife",
  target: "es2022",
  legalComments: "none",
  define: { "process.env.NODE_ENV": '"production"' },
});

// In a <script> of HTML these would change where it ends. In JavaScript they stand only inside strings and patterns.
const inline = (text) => text.replace(/<(?=!--|\/?script)/gi, "\\x3C");

await mkdir(folder, { recursive: true });
for (const { path, text } of outputFiles) {
  const made = path.endsWith(".js") ? inline(text) : text;
  await writeFile(path, made);
  console.log(`${path} ${Math.round(made.length / 1000)} kB`);
}

// Their licences ask to go with the code.
const packages = new Set(Object.keys(metafile.inputs).map((path) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0]));
const notices = await Promise.all([...packages].filter(Boolean).sort().map(notice));
await writeFile(`${folder}LICENSES.txt`, notices.join("\n\n"));

async function notice(path) {
  const { name, version, license } = JSON.parse(await readFile(`${path}/package.json`, "utf8"));
  const file = (await readdir(path)).find((one) => /^licen[cs]e/i.test(one));
  return `${name} ${version} (${license})\n\n${file ? await readFile(`${path}/${file}`, "utf8") : ""}`.trimEnd();
}
