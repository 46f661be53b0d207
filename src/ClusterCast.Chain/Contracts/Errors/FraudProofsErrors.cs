using static ClusterCast.Chain.Contracts.ErrorSentence;

namespace ClusterCast.Chain.Contracts;

/// <summary>What FraudProofs refuses.</summary>
internal static class FraudProofsErrors
{
    public static IReadOnlyList<ErrorSentence> All { get; } =
    [
        Say<StreamKeysError.NotFraudProofs>("Only FraudProofs punishes.", "Send the evidence to FraudProofs."),
        Say<FraudProofsError.SignatureLength>("A signature of the evidence has not 65 bytes: it proves nothing.", "Check the file."),
        Say<FraudProofsError.SignatureHighS>("A signature of the evidence has a high s: it proves nothing.", "Use the signature as its signer made it."),
        Say<FraudProofsError.SignatureBadV>("A signature of the evidence has another v than 27 or 28: it proves nothing.", "Use the signature as its signer made it."),
        Say<FraudProofsError.SignatureUnrecoverable>("No key makes a signature of the evidence: it proves nothing.", "Check the file."),
        Say<FraudProofsError.NotSigningKey>(e => $"{e.Key} was no signing key of stream {e.Stream} at {Time(e.Time)}: its head proves nothing.", "Check that the evidence is of this chain and stream."),
        Say<FraudProofsError.ReceiptNotByRelay>(e => $"The receipt is signed by {e.Signer} and not by the relay that it names: it proves nothing.", "Check that the evidence is of this chain."),
        Say<FraudProofsError.ReceiptOfAnotherHead>("The receipt names another head: it proves nothing.", "Give the head that the receipt names."),
        Say<FraudProofsError.ReceiptIsTrue>("The receipt is true: no offence.", "Report only what contradicts the head."),
        Say<FraudProofsError.DifferentPlaces>("The heads are of different places: no offence.", "Give two heads of one stream, run, track and window."),
        Say<FraudProofsError.DifferentSigners>("The heads are signed by different keys: no offence.", "Give two heads of one key."),
        Say<FraudProofsError.HeadsAgree>("The heads agree in root, prev and initHash: no offence.", "Report only heads that contradict each other."),
        Say<FraudProofsError.IndexOutOfRange>(e => $"A head over {e.Count} parts has no part {e.Index}, or a window has not so many.", "Give an index below both counts."),
        Say<FraudProofsError.ProofLength>("A proof has the wrong number of siblings for its place: it proves nothing.", "Give all siblings from the part to the root."),
        Say<FraudProofsError.NotUnderRoot>("A proof does not lead from the part to its head's root: it proves nothing.", "Give the siblings of that part."),
        Say<FraudProofsError.SamePart>("Both heads hold the same part: no offence.", "Report only parts that differ."),
        Say<FraudProofsError.HeadNotLast>("The first head is not flagged last: no offence.", "Name the last head first."),
        Say<FraudProofsError.NothingBeyondLast>("The second head counts no part beyond the last head: no offence.", "Report only a longer head."),
        Say<FraudProofsError.EvidenceTooOld>(e => $"The evidence is of {Time(e.Time)} and too old.", "Send evidence within WINDOW_SECONDS of FraudProofs."),
        Say<FraudProofsError.EvidenceFromFuture>(e => $"The evidence is of {Time(e.Time)}, which the chain has not reached.", "Send it then."),
        Say<FraudProofsError.AlreadyPunished>("This offence was punished already: a relay once for each head, a signing key once.", "Nothing is left to do."),
    ];
}
