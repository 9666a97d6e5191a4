/** Changes something every bureau sees of a permit: an update of what a subscriber does not see is no event to it. */
export const toggleStatus = `UPDATE hub.permit SET status = CASE status WHEN 'VALID' THEN 'INVALID' ELSE 'VALID' END WHERE outcome = 'GRANTED'`;
