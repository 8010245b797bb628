// Edge functions, browsers and workerd preload nothing.
export {}
