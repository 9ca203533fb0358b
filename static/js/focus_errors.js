// After a refused form the summary of errors gets the focus, so that it is the first thing read aloud.
const summary = document.querySelector(".late, .error-summary");
if (summary) summary.focus();
