// Lint of the browser's modules: what is not defined, not used, or compared by guess. `make check` runs it.

import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    files: ["static/js/**/*.js"],
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "no-shadow": "error",
      "no-use-before-define": ["error", { functions: false, classes: false, variables: false }],
      "no-irregular-whitespace": ["error", { skipStrings: true, skipTemplates: true }],
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["static/js/door/sw.js"],
    languageOptions: { globals: { ...globals.serviceworker, VERSION: "readonly", STATIC: "readonly", FILES: "readonly" } },
  },
];
