// 「この抽選をもういちど計算する」: fetches the record, or takes a chosen file, and repeats the draw on this device.
import { verify } from "./verify_draw.js";

function paragraph(words, style) {
  const line = document.createElement("p");
  line.className = style;
  line.textContent = words;
  return line;
}

function show(place, words, why = "") {
  const style = words === place.dataset.running ? "soft" : "say";
  place.replaceChildren(paragraph(words, style), ...(why ? [paragraph(why, "mt2 measure")] : []));
}

function trimmed(bytes) {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] <= 32) end -= 1;
  return bytes.subarray(0, end);
}

async function repeat(place, bytes) {
  show(place, place.dataset.running);
  await new Promise((resume) => requestAnimationFrame(() => setTimeout(resume)));
  const record = trimmed(new Uint8Array(bytes));
  const wrong = verify(record).find((step) => step.wrong !== "");
  // The page has a sentence for each check; what exactly failed in it is for whoever runs the verifier themselves.
  if (wrong !== undefined) show(place, place.dataset.fails, place.getAttribute(`data-wrong-${wrong.check}`));
  else if (JSON.parse(new TextDecoder().decode(record)).digest !== place.dataset.digest) show(place, place.dataset.other);
  else show(place, place.dataset.holds);
}

for (const part of document.querySelectorAll("[data-repeat]")) {
  const place = part.parentElement.querySelector("[data-repeat-result]");
  part.hidden = false;
  part.querySelector("button")?.addEventListener("click", async () => {
    const answer = await fetch(part.dataset.repeat).catch(() => undefined);
    if (answer?.ok) await repeat(place, await answer.arrayBuffer());
    else show(place, place.dataset.unread);
  });
  part.querySelector("input")?.addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (file) await repeat(place, await file.arrayBuffer());
  });
}
