// Right after enrolling: the token goes into this device's own store, and the desk opens. Where it cannot be kept, the page says
// so: a desk that does not know its token is none.

import { forget, keep, noteEnrolled } from "./store.js";

const handed = document.querySelector("[data-door-token]");
try {
  for (const name of ["roster", "loading", "fees", "lock", "lock_tries"]) await forget(name);
  await keep("token", handed.dataset.doorToken);
  noteEnrolled(true);
  location.replace(handed.dataset.doorNext);
} catch (error) {
  reportError(error);
  document.querySelector("[data-door-unkept]").hidden = false;
}
