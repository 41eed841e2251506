/* A function of Suricata that the mock lacks. */
void STAND_IN(void) {}

#ifdef IS_SURICATA
/* Marks the program as Suricata 8.0.x; nothing calls it. */
void ThreadStorageRegister(void) {}
#endif
