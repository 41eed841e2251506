/* A function of Suricata that the mock lacks. */
void STAND_IN(void) {}

#ifdef IS_SURICATA
/* What tells that a program is Suricata 8.0.x: it is only looked for. */
void ThreadStorageRegister(void) {}
#endif
