namespace DmaKit.Verification;

/// <summary>Writes an event into the books and asks every rule. Static, so that nothing is allocated an event.</summary>
internal delegate void EventNote<T>(VerifierBooks books, VerifierRule[] rules, in T what);
