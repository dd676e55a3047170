// Why a speech was ended, as the moderator chooses from: words, so that the speaker reads them in their own language. What a
// moderator writes goes as it is; with an underscore no word is what somebody would write.
export const kRevokeReasons = ['over_time', 'off_topic', 'out_of_order', 'technical_problem'] as const;

export type RevokeReason = (typeof kRevokeReasons)[number];
