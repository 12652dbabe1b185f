// Has the C library check the sizes of buffers (_FORTIFY_SOURCE), in every file of the examples:
// the compiler is told to include this first. It changes nothing where CFLAGS define the macro,
// where nothing is optimised, which the C library's checks need, and beside AddressSanitizer, which
// checks the same calls and more.
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(_FORTIFY_SOURCE)
#if defined(__GNUC__) && __GNUC__ >= 12
// Sizes that are known only at run time are checked, too.
#define _FORTIFY_SOURCE 3
#else
#define _FORTIFY_SOURCE 2
#endif
#endif
