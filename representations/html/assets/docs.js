// Shows /openapi.json by Swagger UI. Nothing is asked of another server: no validator, no fonts.
"use strict";
addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("docs");
  SwaggerUIBundle({
    url: place.dataset.openapi,
    domNode: place,
    validatorUrl: null,
    deepLinking: true,
    docExpansion: "list",
    filter: true,
    syntaxHighlight: false,
  });
});
