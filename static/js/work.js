// A plain proof of work (trainings/core/requests/work.py): find a number whose SHA-256 together with the nonce begins with so many zero
// bits, then send the form. Where the browser has no SHA-256 (no HTTPS) the page stays as it is without JavaScript.

const AT_ONCE = 256;

function zeroBits(hash) {
  let n = 0;
  for (const byte of hash) {
    n += byte ? Math.clz32(byte) - 24 : 8;
    if (byte) break;
  }
  return n;
}

async function answerTo(nonce, bits) {
  const isRight = async (answer) => {
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${nonce}:${answer}`));
    return zeroBits(new Uint8Array(hash)) >= bits;
  };
  for (let first = 0; ; first += AT_ONCE) {
    const right = await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => isRight(first + n)));
    if (right.includes(true)) return first + right.indexOf(true);
  }
}

for (const form of crypto.subtle ? document.querySelectorAll("form[data-work]") : []) {
  const says = form.querySelector("[data-work-says]");
  says.textContent = says.dataset.workSays;
  form.querySelector("button").hidden = true;
  answerTo(form.dataset.work, Number(form.dataset.bits)).then((answer) => {
    form.elements.namedItem(form.dataset.answer).value = String(answer);
    form.submit();
  });
}
